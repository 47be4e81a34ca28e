import Timing

/// Another speaker that claims an address, and what came of asking it.
struct Rival: Hashable, Sendable {
    enum Outcome: Hashable, Sendable {
        /// It has the address, with this mark.
        case confirmed(ClaimMark)
        /// It does not have it; or not any more, since a moment ago.
        case denied(hadIt: Bool)
        case unanswered
    }

    /// A question under way.
    struct Trial: Hashable, Sendable {
        let nonce: UInt64
        var asked = 1
        /// When it is asked again, or has not answered.
        var next: Instant
    }

    let witness: Witness
    /// The last mark by which it claimed the address.
    var mark: ClaimMark
    var trial: Trial?
    var lastTrial: Instant?
    var lastOutcome: Outcome?
    /// How often in a row it has not confirmed its claim.
    var refusals = 0
    /// The term of the claim that it denied last.
    var deniedTerm: UInt32?
    /// When it was last asked before its time, because it claimed the address with another term.
    var lastExtraTrial: Instant?
    /// It has claimed the address again since it was asked, and is asked when it may be.
    var isWaiting = false
    /// When this node last said that it has the better claim.
    var lastDefence: Instant?
    /// Until then it is believed only if it answers.
    var distrustedUntil: Instant?

    init(_ witness: Witness, _ mark: ClaimMark) {
        self.witness = witness
        self.mark = mark
    }

    /// Whether its frames count only once it has answered.
    func isDistrusted(at now: Instant) -> Bool { distrustedUntil.map { $0 > now } ?? false }

    /// Whether all this is of no consequence any more.
    func isOver(at now: Instant) -> Bool {
        guard trial == nil, !isWaiting else { return false }
        let moments =
            [lastTrial, lastDefence].compactMap { $0?.advanced(by: .seconds(2)) } + [distrustedUntil].compactMap(\.self)
        return moments.allSatisfy { $0 <= now }
    }
}
