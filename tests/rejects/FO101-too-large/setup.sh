python -c 'print("apiVersion: flyteops/v1"); print("# a long comment" * 70000)' > pipelines/train.yaml
