def load(x):
    return x


print(load("load"))
