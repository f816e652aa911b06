package greet.it;

import java.util.List;

/** Greeter in a comment. */
@FunctionalInterface
public interface Greets<T extends Comparable<T>> {
    int LIMIT = 3;
    String greet(T other) throws Exception;
    default void twice() {}
}

@Service(name = "Greeter")
public abstract class Greeter<T extends Comparable<? super T>> extends Base implements Greets<T> {
    private final List<String> names = List.of("Greeter");

    public Greeter(List<String> names) { this.names = names; }

    @Override
    public String greet(T other) throws Exception {
        Runnable inner = () -> helper(other);
        return "Greeter" + Größe.of(other);
    }

    static class Nested { void deep() {} }
    enum Colour { RED, GREEN; Colour next() { return RED; } }
}

record Point(int x, int y) { Point { check(x); } }
@interface Marked { String value() default "x"; }
