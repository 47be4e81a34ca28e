/// Draws from a generator, and remembers what was drawn.
package struct DrawnNumbers<Base: RandomNumberGenerator>: RandomNumberGenerator {
    package private(set) var base: Base
    package private(set) var numbers: [UInt64] = []

    package init(_ base: Base) { self.base = base }

    package mutating func next() -> UInt64 {
        let number = base.next()
        numbers.append(number)
        return number
    }
}

/// Gives the numbers again that were drawn; once they are used up, zeros: then something else is decided already.
struct RepeatedNumbers: RandomNumberGenerator {
    private var rest: ArraySlice<UInt64>

    init(_ numbers: [UInt64]) { rest = numbers[...] }

    mutating func next() -> UInt64 { rest.popFirst() ?? 0 }
}
