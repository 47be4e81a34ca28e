import Addresses
import Interfaces
import LinkLayer
import NodeDecisions

extension ProbeDocument {
    /// What was received, and what this host has itself, with node names as far as the statuses have them.
    package init(_ plan: ProbePlan, _ outcomes: [ProbeOutcome], _ statuses: [StatusDocument]) {
        let known = KnownNodes(statuses)
        let address = plan.address
        var answers: [Answer] = []
        for (port, outcome) in zip(plan.ports, outcomes) {
            if let own = Answer(own: port.interface, address, plan.localInterfaces, statuses, known) {
                answers.append(own)
            }
            for answer in outcome.inquiry.answers {
                answers.append(
                    Answer(
                        interface: outcome.interface, mac: "\(answer.hardwareAddress)",
                        node: known.node(of: answer.hardwareAddress, speaker: answer.speaker),
                        isSpeaker: answer.speaker != nil, latencies: answer.latencies,
                        announcements: answer.announcements))
            }
        }
        let asked = Set(plan.ports.map(\.interface.index))
        self.init(
            address: "\(address)",
            interfaces: outcomes.map { Asked(interface: $0.interface, sent: $0.inquiry.sent, problem: $0.problem) },
            answers: answers, localInterfaces: plan.localInterfaces.filter { !asked.contains($0.index) }.map(\.name))
    }
}

extension ProbeDocument.Answer {
    /// This host's own claim to the address on an interface, whose answers it does not receive; `nil` if it has none:
    /// neither its kernel, nor a speaker that runs on it.
    fileprivate init?(
        own interface: Interface, _ address: IPAddress, _ localInterfaces: [Interface], _ statuses: [StatusDocument],
        _ known: KnownNodes
    ) {
        guard let mac = interface.hardwareAddress else { return nil }
        let speaker = statuses.first { status in
            status.interfaces.contains { $0.interface == interface.name && $0.mac == "\(mac)" }
                && status.announcements.contains {
                    !$0.isBGP && $0.ip == "\(address)" && $0.node == status.node
                        && $0.interfaces?.contains(interface.name) ?? true
                }
        }
        guard speaker != nil || localInterfaces.contains(where: { $0.index == interface.index }) else { return nil }
        self.init(
            interface: interface.name, mac: "\(mac)", node: known.node(of: mac, speaker: nil),
            isSpeaker: speaker != nil, isLocal: true)
    }
}
