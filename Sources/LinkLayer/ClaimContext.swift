/// What a claim has to know of its segment.
struct ClaimContext: Sendable {
    /// This node's own number.
    var speaker: UInt32
    /// The speakers that are alive here, as far as is known.
    var members: Set<UInt32> = []
    /// How many they are, this node included, as ``ClaimMark/company`` counts.
    var company = 1
    /// Less than half of those that were ever here.
    var isMinority = false
    /// This node is on its way out.
    var isLeaving = false
    var pace = ClaimPace()
}
