// Package greet greets. Greeter is named here.
package greet

import (
	"fmt"
	str "strings"
)

const Limit = 3
const (
	Red Colour = iota
	Grün
)

var shared, other = 1, 2
var (
	table map[string]int
)

type Colour int
type Alias = Colour

type Greeter[T fmt.Stringer] struct {
	Name string
	inner T
}

type Greets interface {
	fmt.Stringer
	Greet(other string) (string, error)
}

func (g *Greeter[T]) Greet(other string) (text string, err error) {
	local := func(x int) int { return x + Limit }
	return fmt.Sprintf("Greeter %s", str.ToUpper(other)), nil
}

func Map[A, B any](
	in []A,
	change func(A) B,
) []B {
	const inside = 1
	return nil
}
