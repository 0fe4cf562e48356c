select name from customers
