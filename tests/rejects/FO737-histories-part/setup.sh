echo '  late: {function: "app:count"}' >> pipelines/two.yaml
git commit --quiet -am "Newer"
flyteops apply -y
git reset --quiet --hard HEAD~1
echo '  other: {function: "app:count"}' >> pipelines/one.yaml
git commit --quiet -am "From before the newer one"
