/// The octets of an input, taken one after the other: they decide what happens to a state.
struct FuzzInput {
    private let octets: [UInt8]
    private var place = 0

    init(_ octets: [UInt8]) { self.octets = octets }

    var isAtEnd: Bool { place >= octets.count }

    /// The next octet; zero behind the end.
    mutating func next() -> UInt8 {
        guard place < octets.count else { return 0 }
        defer { place += 1 }
        return octets[place]
    }

    mutating func next(below limit: Int) -> Int { Int(next()) % limit }

    /// All that is left.
    mutating func rest() -> [UInt8] {
        defer { place = octets.count }
        return Array(octets[min(place, octets.count)...])
    }

    /// As many octets as the next one says, or what is left.
    mutating func block() -> [UInt8] {
        let count = Int(next())
        let end = min(place + count, octets.count)
        defer { place = end }
        return place < end ? Array(octets[place..<end]) : []
    }
}

/// Ends the process with a message, where a `precondition` of a release build says nothing.
func demand(_ condition: Bool, _ message: @autoclosure () -> String) {
    guard condition else { fatalError(message()) }
}

/// Random numbers that are the same for every input: what an input does is to depend on the input alone.
struct FuzzGenerator: RandomNumberGenerator {
    private var state: UInt64 = 0x9E37_79B9_7F4A_7C15

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }
}
