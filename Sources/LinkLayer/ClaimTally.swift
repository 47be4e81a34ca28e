/// How many claims of a segment are in each state.
package struct ClaimTally: Hashable, Sendable {
    /// Another is to have the address, or has it.
    package var watching = 0
    package var probing = 0
    package var holding = 0
    /// A stranger has it.
    package var blocked = 0

    package init() {}
}
