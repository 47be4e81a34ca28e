import Addresses
import Timing

/// Who answered when, of those that a client asked again and again.
struct AnswerLog: Sendable {
    struct Answer: Sendable {
        let moment: Instant
        let from: MACAddress
    }

    let began: Instant
    var asked = 0
    var answers: [Answer] = []

    init(began: Instant) { self.began = began }

    /// The longest time without an answer.
    var outage: Duration {
        zip(answers, answers.dropFirst()).map { $0.moment.duration(to: $1.moment) }.max() ?? .seconds(3600)
    }

    /// Who answered, each time that it was another than before.
    var owners: [MACAddress] {
        answers.reduce(into: []) { owners, answer in if owners.last != answer.from { owners.append(answer.from) } }
    }
}
