flyteops apply -y
sed -i 's/{rows: 5}/{rows: 5}, fixed_inputs: {region: eu}/' pipelines/report.yaml
git commit --quiet -am "A change"
