python - > pipelines/train.yaml <<'END'
print("apiVersion: flyteops/v1")

print("workflows:\n  long:\n    nodes:")
for i in range(201):
    print(f'      n{i}: {{task: "churn.model:prep", inputs: {{rows: {i}}}}}')
print("  train:\n    inputs: {rows: int}\n    nodes:\n      route:\n        switch:")
print("          - when: $inputs.rows > 3\n            then: {workflow: long}\n          - else: {workflow: long}")
END
