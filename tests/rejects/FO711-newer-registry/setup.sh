flyteops apply -y
python -c 'import sqlite3; sqlite3.connect(".flyteops/registry.db").execute("PRAGMA user_version = 99")'
