/// How many claims of a segment are in each state.
package struct ClaimTally: Hashable, Sendable {
    /// Another is to have the address, or has it.
    package var watching = 0
    package var probing = 0
    package var holding = 0
    /// A stranger has it.
    package var blocked = 0

    package init() {}

    mutating func move(from old: Claim.State, to new: Claim.State?) {
        count(old, -1)
        if let new { count(new, 1) }
    }

    private mutating func count(_ state: Claim.State, _ change: Int) {
        switch state {
        case .watching: watching += change
        case .probing: probing += change
        case .holding: holding += change
        case .blocked: blocked += change
        }
    }
}
