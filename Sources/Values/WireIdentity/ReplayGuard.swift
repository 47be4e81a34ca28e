/// The numbers of one sender's messages: each is taken once, and none that is older than the last.
///
/// What it has learnt it never forgets, however long the sender sends nothing: a recording of a dead node is rejected
/// as long as the process lives. A sender that restarts is ahead of its former self, since ``MessageNumbers`` begin at the
/// time of day.
package struct ReplayGuard: Hashable, Sendable {
    package private(set) var last: UInt64?

    package init() {}

    /// Whether a message with this number is new; only an authentic message may be asked for.
    package mutating func takes(_ number: UInt64) -> Bool {
        if let last, number <= last { return false }
        last = number
        return true
    }

    /// Takes over what another guard of the same sender has learnt.
    package mutating func merge(_ other: ReplayGuard) {
        if let number = other.last { last = max(last ?? number, number) }
    }
}

/// The numbers that one sender gives its messages.
package struct MessageNumbers: Hashable, Comparable, Sendable {
    /// The number given last.
    package private(set) var last: UInt64

    /// - Parameter start: nanoseconds since 1970, or what was reserved in a former life if that is more.
    package init(startingAt start: UInt64) { last = start }

    package mutating func next() -> UInt64 {
        last += 1
        return last
    }

    /// Less means that it is behind.
    package static func < (a: MessageNumbers, b: MessageNumbers) -> Bool { a.last < b.last }
}
