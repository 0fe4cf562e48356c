rm flyteops.yaml
