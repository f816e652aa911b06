using System.Collections.Generic;
// Greeter in a comment
namespace Greet.Inner;

public delegate void Finished(string name);

[Serializable]
public abstract partial class Greeter<T> : Base, IGreets<T> where T : class, new()
{
    private readonly List<string> names = new() { "Greeter" };
    public string Name { get; set; } = "x";
    public int Größe => names.Count;
    public Greeter(string name) => Name = name;

    [Obsolete("Greeter")]
    public async Task<string> Greet(T other, int times = 3)
    {
        int Local(int x) => x;
        return $"Greeter {Helper(other)} {Local(1)}";
    }
    public static bool operator ==(Greeter<T> a, Greeter<T> b) => true;
    private struct Nested { public void Deep() { } }
}

public interface IGreets<in T> { Task<string> Greet(T other, int times); }
public record Point(int X, int Y);
public enum Colour { Red, Green }
