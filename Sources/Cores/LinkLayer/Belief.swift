import Timing

/// That a speaker has an address, and since when it has not said so itself.
struct Belief: Hashable, Sendable {
    let witness: Witness
    /// When a mark of the speaker for the address was received last.
    var lastHeard: Instant
    /// It has answered a challenge. A mark alone may be forged, repeated or late.
    var isConfirmed: Bool
}
