/// Who answers for an address on the wire, as `martlet probe` found it.
package struct ProbeDocument: Hashable, Sendable {
    package enum Verdict: String, Hashable, Sendable, CaseIterable {
        /// No host answers.
        case unanswered = "Unanswered"
        /// By one MAC address on each segment where anybody answers.
        case answered = "Answered"
        /// By a host alone that is neither a speaker, nor a node that is known, nor this host.
        case stranger = "Stranger"
        /// By two MAC addresses on one segment.
        case duplicate = "Duplicate"
    }

    /// An interface that the question was asked on.
    package struct Asked: Hashable, Sendable {
        package var interface: String
        package var sent: Int
        /// Why it could not be asked there, or not to the end. A clause.
        package var problem: String?

        package init(interface: String, sent: Int, problem: String? = nil) {
            self.interface = interface
            self.sent = sent
            self.problem = problem
        }
    }

    /// A MAC address that has the address.
    package struct Answer: Hashable, Sendable {
        package var interface: String
        package var mac: String
        /// The node that it belongs to, where that is known.
        package var node: String?
        /// Whether it says that it is a speaker.
        package var isSpeaker: Bool
        /// Whether it is this host itself, which does not receive its own frames.
        package var isLocal: Bool
        /// From a probe to its answer, one for each that was answered.
        package var latencies: [Duration]
        /// Frames that use or announce the address, and answer no probe.
        package var announcements: Int

        package init(
            interface: String, mac: String, node: String? = nil, isSpeaker: Bool = false, isLocal: Bool = false,
            latencies: [Duration] = [], announcements: Int = 0
        ) {
            self.interface = interface
            self.mac = mac
            self.node = node
            self.isSpeaker = isSpeaker
            self.isLocal = isLocal
            self.latencies = latencies
            self.announcements = announcements
        }
    }

    package var address: String
    package var interfaces: [Asked]
    package var answers: [Answer]
    /// Other interfaces of this host that have the address, such as `lo`: whether its kernel answers for it is a matter of
    /// its settings.
    package var localInterfaces: [String]

    package init(address: String, interfaces: [Asked], answers: [Answer], localInterfaces: [String] = []) {
        self.address = address
        self.interfaces = interfaces
        self.answers = answers
        self.localInterfaces = localInterfaces
    }

    /// The answers of each interface where two different MAC addresses have the address.
    package var duplicates: [[Answer]] {
        answers.grouped(by: { $0.interface }).filter { Set($0.map(\.mac)).count > 1 }
    }

    package var verdict: Verdict {
        if answers.isEmpty { return .unanswered }
        guard duplicates.isEmpty else { return .duplicate }
        return answers.contains { $0.isSpeaker || $0.isLocal || $0.node != nil } ? .answered : .stranger
    }
}

extension ProbeDocument: JSONRepresentable {
    package var json: JSONValue {
        let members: JSONValue = [
            "address": address.json, "verdict": .string(verdict.rawValue), "interfaces": interfaces.json,
            "answers": answers.json,
        ]
        return members.adding(["localInterfaces": localInterfaces.isEmpty ? nil : localInterfaces.json])
    }
}

extension ProbeDocument.Asked: JSONRepresentable {
    package var json: JSONValue {
        let members: JSONValue = ["interface": interface.json, "sent": sent.json]
        return members.adding(["problem": problem.json])
    }
}

extension ProbeDocument.Answer: JSONRepresentable {
    package var json: JSONValue {
        [
            "interface": interface.json, "mac": mac.json, "node": node.json, "isSpeaker": isSpeaker.json,
            "isLocal": isLocal.json,
            "latencyMicroseconds": .array(latencies.map { .integer(Int128($0 / .microseconds(1))) }),
            "announcements": announcements.json,
        ]
    }
}
