import Timing

/// That a speaker has an address, and since when that was not heard from itself.
struct Belief: Hashable, Sendable {
    let witness: Witness
    /// When a mark of the speaker about the address was heard last.
    var lastHeard: Instant
    /// It has answered a challenge. A mark alone may be forged, repeated or late.
    var isConfirmed: Bool
}
