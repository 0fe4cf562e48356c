python - > pipelines/train.yaml <<'END'
print("apiVersion: flyteops/v1")

print("workflows:\n  train:\n    nodes:")
for i in range(201):
    print(f'      n{i}: {{task: "churn.model:prep", inputs: {{rows: {i}}}, overrides: {{resources: {{memory: {i + 1}Mi}}}}}}')
END
