python - > pipelines/train.yaml <<'END'
print("apiVersion: flyteops/v1")

print("workflows:\n  train:\n    nodes:")
for i in range(15):
    print(f'      n{i}: {{task: "churn.model:tell", inputs: {{text: {"x" * 60000}}}}}')
END
