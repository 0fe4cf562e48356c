echo '  late: {function: "app:count"}' >> pipelines/two.yaml
git commit --quiet -am "Newer"
flyteops apply -y
