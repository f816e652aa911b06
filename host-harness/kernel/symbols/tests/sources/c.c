/* greeter in a comment */
#include <stdio.h>
#define LIMIT 3
#define SQUARE(x) ((x) * (x))
#ifdef LIMIT
int declared(const char *name);
#endif

struct greeter {
    const char *name;
    int (*finish)(int);
};
typedef struct greeter greeter_t;
typedef int (*callback)(void *);
union bits { unsigned whole; char part[4]; };
enum colour { RED, GREEN };

static const int table[] = {1, 2, 3};
int shared = LIMIT;

static inline char *
greet(struct greeter *g,
      const char *other)
{
    int local(int);
    printf("greeter %s", other);
    return SQUARE(g->finish(1)) ? NULL : 0;
}

int main(int argc, char **argv) { greeter_t g = {0}; return declared(greet(&g, "x")); }
