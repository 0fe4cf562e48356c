mkdir -p .flyteops
printf 'HF_TOKEN=none\n' > .flyteops/secrets.env
chmod 644 .flyteops/secrets.env
