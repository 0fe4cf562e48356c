"""Small protocols, one module a neighbour: what the operations need of the outside."""
