python - > pipelines/train.yaml <<'END'
print("apiVersion: flyteops/v1")

print("workflows:\n  train:\n    nodes:")
print(f'      tell: {{task: "churn.model:tell", inputs: {{text: {"x" * 150_000}}}}}')
END
