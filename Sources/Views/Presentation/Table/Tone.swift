/// What a piece of text means, for those who see colors.
package enum Tone: Hashable, Sendable {
    case plain
    /// As it should be.
    case good
    /// On its way, or to be looked at.
    case warning
    /// Not as it should be.
    case bad
    /// Of less interest.
    case faint
    case heading
}
