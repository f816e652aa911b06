// Greeter in a comment
#include "greeter.hpp"
namespace greet::inner {
template <typename T>
concept Printable = requires(T t) { t.print(); };

template <Printable T, int N = 3>
class Greeter final : public Base<T> {
  public:
    explicit Greeter(std::string name) : name_{std::move(name)} {}
    virtual ~Greeter() = default;
    auto greet(const T &other) const -> std::string;
    bool operator==(const Greeter &other) const { return true; }
    static constexpr int limit = N;
    struct Nested { int deep() { return 1; } };
  private:
    std::string name_;
};

template <Printable T, int N>
auto Greeter<T, N>::greet(const T &other) const -> std::string {
    auto inner = [&](int x) { return helper(x); };
    return R"(Greeter)" + other.print();
}

template <> class Greeter<int> { };
using Pair = std::pair<int, int>;
enum class Colour : char { Red };
}  // namespace greet::inner

std::ostream &operator<<(std::ostream &out, const greet::inner::Pair &pair) { return out; }
int &reference(int &x) { return x; }
void greet::inner::Other::method(int größe) {}
extern "C" { void plain(void); }
#define LOG(x) std::cout << x
