"""Module with Greeter in its text."""
import os.path as p
from typing import Generic, TypeVar

T = TypeVar("T")
LIMIT: int = 3
type Pair[A] = tuple[A, A]


@decorated(name="x")
class Greeter(Generic[T]):
    greeting = "hello"

    @property
    async def größe(self) -> int:
        def inner(x):
            return x * LIMIT
        return inner(1)

    def greet(
        self,
        other: str = "Greeter",
        *args,
        **rest,
    ) -> str:
        # Greeter in a comment
        return f"{self.greeting} {helper(other)} Greeter"

    class Nested:
        def deep(self): return lambda x: x


def helper(x: str) -> str: return x
