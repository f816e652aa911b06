def read(x):
    return x


print(read("load"))
