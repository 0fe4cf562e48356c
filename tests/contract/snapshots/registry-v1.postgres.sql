CREATE SCHEMA flyteops;
SET search_path TO flyteops;
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE entity (
             digest TEXT PRIMARY KEY, kind TEXT NOT NULL, wire TEXT NOT NULL, payload TEXT NOT NULL);
CREATE TABLE head (
             project TEXT NOT NULL, domain TEXT NOT NULL, generation BIGINT NOT NULL, epoch BIGINT NOT NULL,
             PRIMARY KEY (project, domain));
CREATE TABLE lease (
             name TEXT PRIMARY KEY, holder TEXT NOT NULL, epoch BIGINT NOT NULL, until_ms BIGINT NOT NULL,
             ttl_ms BIGINT NOT NULL);
CREATE TABLE revision (
             project TEXT NOT NULL, domain TEXT NOT NULL, generation BIGINT NOT NULL,
             operation TEXT NOT NULL, commit_id TEXT NOT NULL, dirty BIGINT NOT NULL, parent TEXT,
             plan_digest TEXT NOT NULL, actor TEXT NOT NULL, tool TEXT NOT NULL, created_ms BIGINT NOT NULL,
             seal TEXT NOT NULL,
             PRIMARY KEY (project, domain, generation), UNIQUE (project, domain, operation));
CREATE TABLE pointer (
             project TEXT NOT NULL, domain TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL,
             digest TEXT NOT NULL REFERENCES entity (digest), generation BIGINT NOT NULL, archived BIGINT NOT NULL,
             PRIMARY KEY (project, domain, kind, name));
CREATE TABLE pointer_history (
             project TEXT NOT NULL, domain TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL,
             generation BIGINT NOT NULL, digest TEXT, action TEXT NOT NULL, previous TEXT,
             PRIMARY KEY (project, domain, kind, name, generation));
CREATE TABLE journal (
             operation TEXT NOT NULL, step BIGINT NOT NULL, project TEXT NOT NULL, domain TEXT NOT NULL,
             object TEXT NOT NULL, digest TEXT, action TEXT NOT NULL, epoch BIGINT NOT NULL,
             state TEXT NOT NULL CHECK (state IN ('intent', 'applied', 'confirmed', 'superseded')),
             uid TEXT, detail TEXT,
             PRIMARY KEY (project, domain, operation, step));
INSERT INTO meta VALUES ('lineage', 'i0000000000000000001');
INSERT INTO meta VALUES ('created_by', 'flyteops 0.1.0');
INSERT INTO meta VALUES ('schema_version', '1');
INSERT INTO entity VALUES ('f1edfe50ca843f66b458c2c042933ca7655a975c40786f1e6261a55e1c5efd0d', 'task', 'flyteops.task.v1', '{"description":"","name":"a","ä":[1,2.5,null]}');
INSERT INTO entity VALUES ('15df08b0e8257273425d9aa8e6cb6e9d633f5033e8b6d47d1b0520d2230abf7d', 'task', 'flyteops.task.v1', '{"description":"","name":"b","ä":[1,2.5,null]}');
INSERT INTO entity VALUES ('b852260317fd1714f74bd58b141aa6bd1ee8b6052b9c51383a8ac61dfa24f763', 'task', 'flyteops.task.v1', '{"description":"","name":"c","ä":[1,2.5,null]}');
INSERT INTO entity VALUES ('876689fda694544f8c2e392b1189dc787320c12d7a83fbea102027b97f3c92a2', 'task', 'flyteops.task.v1', '{"description":"new","name":"a","ä":[1,2.5,null]}');
INSERT INTO entity VALUES ('fe4a915dfc7202a83479627b616047a0f1a7671a7bc1802fe6238db6bed50bb9', 'task', 'flyteops.task.v1', '{"description":"","name":"d","ä":[1,2.5,null]}');
INSERT INTO entity VALUES ('e9385c857dc6c67fa75525410d8cf75539115a88f4ede230a9e5bde3939e62a3', 'task', 'flyteops.task.v1', '{"description":"","name":"e","ä":[1,2.5,null]}');
INSERT INTO head VALUES ('churn', 'dev', 2, 2);
INSERT INTO lease VALUES ('churn/dev', '', 3, 0, 30000);
INSERT INTO revision VALUES ('churn', 'dev', 1, 'op', '1111111111111111111111111111111111111111', 0, NULL, 'pppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppp', 'ann', 'flyteops 0.1.0', 5, 'f8cfcf4172216c38985231d27c64554a1f72013548ae6d83e775892fcea168c3');
INSERT INTO revision VALUES ('churn', 'dev', 2, 'two', '2222222222222222222222222222222222222222', 0, '1111111111111111111111111111111111111111', 'pppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppppp', 'ann', 'flyteops 0.1.0', 5, '246a0033cff9f348c92d18909bd7eeaac4699e09e03fdf1ec683c9b3a0b8ade3');
INSERT INTO pointer VALUES ('churn', 'dev', 'task', 'a', '876689fda694544f8c2e392b1189dc787320c12d7a83fbea102027b97f3c92a2', 2, 0);
INSERT INTO pointer VALUES ('churn', 'dev', 'task', 'b', '15df08b0e8257273425d9aa8e6cb6e9d633f5033e8b6d47d1b0520d2230abf7d', 2, 1);
INSERT INTO pointer VALUES ('churn', 'dev', 'task', 'c', 'b852260317fd1714f74bd58b141aa6bd1ee8b6052b9c51383a8ac61dfa24f763', 2, 1);
INSERT INTO pointer VALUES ('churn', 'dev', 'task', 'd', 'fe4a915dfc7202a83479627b616047a0f1a7671a7bc1802fe6238db6bed50bb9', 2, 0);
INSERT INTO pointer_history VALUES ('churn', 'dev', 'task', 'a', 1, 'f1edfe50ca843f66b458c2c042933ca7655a975c40786f1e6261a55e1c5efd0d', 'create', NULL);
INSERT INTO pointer_history VALUES ('churn', 'dev', 'task', 'b', 1, '15df08b0e8257273425d9aa8e6cb6e9d633f5033e8b6d47d1b0520d2230abf7d', 'create', NULL);
INSERT INTO pointer_history VALUES ('churn', 'dev', 'task', 'c', 1, 'b852260317fd1714f74bd58b141aa6bd1ee8b6052b9c51383a8ac61dfa24f763', 'create', NULL);
INSERT INTO pointer_history VALUES ('churn', 'dev', 'task', 'a', 2, '876689fda694544f8c2e392b1189dc787320c12d7a83fbea102027b97f3c92a2', 'update', NULL);
INSERT INTO pointer_history VALUES ('churn', 'dev', 'task', 'b', 2, NULL, 'retire', NULL);
INSERT INTO pointer_history VALUES ('churn', 'dev', 'task', 'd', 2, 'fe4a915dfc7202a83479627b616047a0f1a7671a7bc1802fe6238db6bed50bb9', 'move', 'task/c');
INSERT INTO journal VALUES ('op', 0, 'churn', 'dev', 'task/a', 'f1edfe50ca843f66b458c2c042933ca7655a975c40786f1e6261a55e1c5efd0d', 'create', 1, 'confirmed', NULL, NULL);
INSERT INTO journal VALUES ('op', 1, 'churn', 'dev', 'task/b', '15df08b0e8257273425d9aa8e6cb6e9d633f5033e8b6d47d1b0520d2230abf7d', 'create', 1, 'confirmed', NULL, NULL);
INSERT INTO journal VALUES ('op', 2, 'churn', 'dev', 'task/c', 'b852260317fd1714f74bd58b141aa6bd1ee8b6052b9c51383a8ac61dfa24f763', 'create', 1, 'confirmed', NULL, NULL);
INSERT INTO journal VALUES ('two', 0, 'churn', 'dev', 'task/a', '876689fda694544f8c2e392b1189dc787320c12d7a83fbea102027b97f3c92a2', 'update', 2, 'confirmed', NULL, NULL);
INSERT INTO journal VALUES ('two', 1, 'churn', 'dev', 'task/b', NULL, 'retire', 2, 'confirmed', NULL, NULL);
INSERT INTO journal VALUES ('two', 2, 'churn', 'dev', 'task/d', 'fe4a915dfc7202a83479627b616047a0f1a7671a7bc1802fe6238db6bed50bb9', 'move', 2, 'confirmed', NULL, NULL);
INSERT INTO journal VALUES ('three', 0, 'churn', 'dev', 'task/e', 'e9385c857dc6c67fa75525410d8cf75539115a88f4ede230a9e5bde3939e62a3', 'create', 3, 'intent', NULL, NULL);
