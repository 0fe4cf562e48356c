flyteops apply -y
git rm --quiet pipelines/two.yaml
git commit --quiet -m "One gone"
