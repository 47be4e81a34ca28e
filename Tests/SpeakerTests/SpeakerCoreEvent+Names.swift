import NodeDecisions
import Speaker

extension SpeakerCore.Event {
    /// These nodes are heard, from hardware addresses that nobody asks for here.
    static func heard(names: [String: Set<String>]) -> SpeakerCore.Event {
        .heard(names.mapValues { Dictionary(uniqueKeysWithValues: $0.map { ($0, []) }) })
    }
}
