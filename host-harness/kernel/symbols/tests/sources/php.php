<html><?php
declare(strict_types=1);
namespace App\Greet;

use App\Base as B;
// Greeter in a comment
const LIMIT = 3;

#[Attribute('Greeter')]
final class Greeter extends B implements Greets
{
    use Loud;
    public const KIND = 'Greeter';
    private string $größe = "x";

    public function __construct(private readonly string $name, int ...$rest) {}

    public static function greet(?Greeter $other = null): string
    {
        $inner = fn($x) => helper($x);
        return "Greeter {$other->name}" . self::KIND;
    }
}

interface Greets { public static function greet(?Greeter $other): string; }
trait Loud { abstract function shout(); }
enum Colour: string { case Red = 'red'; public function label(): string { return 'x'; } }
function helper(callable $x): mixed { return $x(new class { function deep() {} }); }
?></html>
