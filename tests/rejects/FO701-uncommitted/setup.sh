echo "# more" >> pipelines/base.yaml
