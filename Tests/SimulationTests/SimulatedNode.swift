import Addresses
import Announcement
import BFD
import LinkLayer
import NetworkIO
import TestSupport
import Timing
import WireCodec

@testable import Speaker

/// One node's speaker: the cores that run in production, with a clock and a wire of the simulation's.
struct SimulatedNode {
    /// What leaves the node.
    enum Output {
        case frame([UInt8])
        case datagram([UInt8])
        /// Something that the speaker's own loop is to hear of.
        case event(SpeakerCore.Event)
    }

    let name: String
    let number: Int
    let address: IPAddress
    /// How its clock goes: nanoseconds ahead, and parts per million faster.
    let clock: (offset: Int64, rate: Int64)
    private let settings: SimulationSettings

    private(set) var speaker: SpeakerCore
    private(set) var liveness: LivenessCore
    private(set) var layer2: Layer2Core
    private var heard = HeardNodes()
    private var hasListened = false
    private var generator: SeededGenerator
    private(set) var outputs: [Output] = []
    /// The addresses that it answers for.
    private(set) var held: Set<IPAddress> = []
    private(set) var framesSent = 0

    init(number: Int, settings: SimulationSettings, generator: inout SeededGenerator) {
        self.number = number
        self.settings = settings
        name = "n\(number)"
        address = .v4(IPv4Address(rawValue: 0x0A00_0001 + UInt32(number)))
        clock = (
            Int64.random(in: 0...100_000_000_000, using: &generator), Int64.random(in: -200...200, using: &generator)
        )
        self.generator = SeededGenerator(seed: generator.next())
        speaker = SpeakerCore(node: name)
        liveness = LivenessCore(node: name, configuration: settings.liveness)
        layer2 = Layer2Core(settings: settings.layer2)
    }

    /// All that the process knew is gone; the clock goes on.
    mutating func restart() {
        speaker = SpeakerCore(node: name)
        liveness = LivenessCore(node: name, configuration: settings.liveness)
        layer2 = Layer2Core(settings: settings.layer2)
        heard = HeardNodes()
        hasListened = false
        held = []
        outputs = []
    }

    var hardwareAddress: MACAddress { MACAddress(2, 0, 0, 0, UInt8(number >> 8), UInt8(number & 0xFF)) }

    func local(_ moment: Instant) -> Instant {
        Instant(nanoseconds: clock.offset + moment.nanoseconds + moment.nanoseconds / 1_000_000 * clock.rate)
    }

    /// When the node's clock will show that moment at the earliest.
    func global(_ moment: Instant) -> Instant {
        let elapsed = moment.nanoseconds - clock.offset
        var guess = elapsed - elapsed / 1_000_000 * clock.rate
        while local(Instant(nanoseconds: guess)) < moment { guess += 1000 }
        return Instant(nanoseconds: guess)
    }

    /// When it wants to be called.
    func nextDeadline(after now: Instant) -> Instant? {
        [liveness.nextDeadline, layer2.nextDeadline, speaker.nextDeadline].compactMap(\.self).min().map {
            max(global($0), now)
        }
    }

    mutating func takeOutputs() -> [Output] {
        defer { outputs = [] }
        return outputs
    }

    /// Whether it hears the other one.
    func hears(_ other: SimulatedNode, at now: Instant) -> Bool {
        liveness.snapshot(at: local(now)).upNodes(onInterface: "eth0")?.contains(other.name) ?? false
    }

    // MARK: What happens to it

    mutating func setLink(isUp: Bool, at now: Instant) {
        let table = InterfaceTable([
            Interface(
                index: 2, name: "eth0", hardwareAddress: hardwareAddress, hasCarrier: isUp,
                addresses: [InterfaceAddress(address: address, prefixLength: 16)])
        ])
        perform(layer2.update(table, at: local(now)), at: now)
        handle(.linksChanged(table), at: now)
        flush(at: now)
    }

    mutating func receive(frame: [UInt8], at now: Instant) {
        var reply = ByteWriter()
        var actions: [Layer2Core.Action] = []
        let outcome = layer2.receive(frame.span, on: 2, at: local(now), into: &reply, &actions)
        if case .answered = outcome { outputs.append(.frame(reply.bytes)) }
        perform(actions, at: now)
        flush(at: now)
    }

    mutating func receive(datagram: [UInt8], from source: IPAddress, at now: Instant) {
        let port = LivenessCore.Port(index: 2, family: .ipv4)
        perform(
            liveness.receive(
                datagram.span, through: port, from: source, hopLimit: 255, at: local(now), using: &generator), at: now)
    }

    mutating func handleDeadline(at now: Instant) {
        let moment = local(now)
        if let due = liveness.nextDeadline, due <= moment {
            perform(liveness.handleDeadline(at: moment, using: &generator), at: now)
            noteListening(at: now)
        }
        if let due = layer2.nextDeadline, due <= moment { perform(layer2.handleDeadline(at: moment), at: now) }
        if let due = speaker.nextDeadline, due <= moment {
            for action in speaker.advance(to: moment) { perform(action, at: now) }
        }
        flush(at: now)
    }

    mutating func handle(_ event: SpeakerCore.Event, at now: Instant) {
        let before = speaker.listening
        let actions = speaker.advance(to: local(now)) + speaker.handle(event)
        heard.follow(speaker.listening, after: before)
        let watched = before.map(\.index)
        if speaker.listening.contains(where: { !watched.contains($0.index) }) { hasListened = false }
        if speaker.listening.isEmpty { hasListened = true }
        for action in actions { perform(action, at: now) }
        flush(at: now)
    }

    /// SIGTERM.
    mutating func leave(at now: Instant) {
        perform(layer2.apply(.leave, at: local(now)), at: now)
        perform(liveness.leave(at: local(now), using: &generator), at: now)
        flush(at: now)
    }

    // MARK: What it does

    /// Says, as soon as that is known, that it was listened for long enough.
    private mutating func noteListening(at now: Instant) {
        guard !hasListened, liveness.isSettled(at: local(now)) else { return }
        hasListened = true
        heard.note(listened: Set(speaker.listening.map(\.name)))
        outputs.append(.event(.heard(heard.byInterface)))
    }

    private mutating func perform(_ action: SpeakerCore.Action, at now: Instant) {
        let moment = local(now)
        switch action {
        case .listen(let interfaces):
            perform(
                liveness.apply(
                    interfaces: interfaces.compactMap { InterfaceForLiveness($0) }, at: moment, using: &generator),
                at: now)
        case .expect(let nodes): perform(liveness.apply(nodes: nodes, at: moment, using: &generator), at: now)
        case .claim(let changes): for change in changes { perform(layer2.apply(change, at: moment), at: now) }
        default: break
        }
    }

    private mutating func perform(_ actions: [LivenessCore.Action], at now: Instant) {
        for action in actions {
            switch action {
            case .open(let port): perform(liveness.opened(port, at: local(now), using: &generator), at: now)
            case .send(let packet, _):
                var writer = ByteWriter()
                packet.encode(into: &writer)
                outputs.append(.datagram(writer.bytes))
            case .tell(let change):
                heard.note(change)
                outputs.append(.event(.heard(heard.byInterface)))
            case .close, .log: break
            }
        }
    }

    private mutating func perform(_ actions: [Layer2Core.Action], at now: Instant) {
        var reports: [Layer2Report] = []
        for action in actions {
            switch action {
            case .open(let interface): perform(layer2.captureOpened(on: interface.index, at: local(now)), at: now)
            case .report(let report):
                reports.append(report)
                if case .holder(let holder, let address, _) = report {
                    if holder == .thisNode { held.insert(address) } else { held.remove(address) }
                }
            case .close, .join, .leave, .tell: break
            }
        }
        if !reports.isEmpty { outputs.append(.event(.reported(reports))) }
        // A claim that is not wanted any more ends without a report.
        if held.count != layer2.ports[2]?.claims.held ?? 0 { held = Set(layer2.ports[2]?.claims.heldAddresses ?? []) }
    }

    private mutating func flush(at now: Instant) {
        var writer = ByteWriter()
        while layer2.popFrame(at: local(now), using: &generator, into: &writer) != nil {
            outputs.append(.frame(writer.bytes))
            framesSent += 1
            writer.removeAll()
        }
    }
}
