flyteops apply -y
echo '  soon: {function: "app:count"}' >> pipelines/one.yaml
git commit --quiet -am "Reviewed"
flyteops plan --out "$PWD/.git/plan.json"
flyteops apply -y
echo '  late: {function: "app:count"}' >> pipelines/two.yaml
git commit --quiet -am "Another came first"
flyteops apply -y
