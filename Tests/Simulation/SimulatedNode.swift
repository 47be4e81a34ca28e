import Addresses
import Announcement
import BFD
import Interfaces
import LinkLayer
import TestSupport
import Timing
import WireCodec
import WireIdentity

@testable import NodeDecisions

/// One node's speaker: the cores that run in production, with a clock and a wire of the simulation's.
struct SimulatedNode {
    /// What leaves the node.
    enum Output {
        case frame([UInt8])
        case datagram([UInt8], AddressFamily)
        /// Something that the speaker's own loop is to hear of.
        case event(SpeakerCore.Event)
    }

    let name: String
    /// Among those of all clusters.
    let number: Int
    let cluster: Int
    /// How its clock goes: nanoseconds ahead, and parts per million faster.
    let clock: (offset: Int64, rate: Int64)
    private let setting: Setting

    private(set) var speaker: SpeakerCore
    private(set) var liveness: LivenessCore
    private(set) var layer2: Layer2Core
    private var heard = HeardNodes()
    private var hasListened = false
    private var generator: SeededGenerator
    private(set) var outputs: [Output] = []
    /// The addresses that it answers for.
    private(set) var held: Set<IPAddress> = []
    private(set) var interfaceName = "eth0"
    private(set) var hardwareAddress: MACAddress
    private var addressChanges = 0
    private var starts = 0
    private var isLinkUp = true

    // The layer-2 thread.
    /// It does not turn: nothing is answered, and what comes waits.
    private(set) var isFrozen = false
    /// When liveness notices that it stands still, or has turned for long enough again.
    private var suspension: (moment: Instant, isSuspended: Bool)?
    private var waitingChanges: [Layer2Change] = []
    private var waitingFrames: [[UInt8]] = []
    /// When it may send again: it sends so many frames at a turn, and then looks at what has come.
    private var nextTurn = Instant.zero
    private static let framesPerTurn = 64
    private static let turnTime = Duration.microseconds(200)
    /// As the kernel keeps them for a capture.
    private static let longestBacklog = 500

    // What is counted.
    private(set) var framesSent = 0
    private(set) var linesLogged = 0

    init(number: Int, setting: Setting, generator: inout SeededGenerator) {
        self.number = number
        self.setting = setting
        cluster = number / setting.nodes
        name = "n\(number % setting.nodes)"
        clock = (
            Int64.random(in: 0...100_000_000_000, using: &generator), Int64.random(in: -200...200, using: &generator)
        )
        self.generator = SeededGenerator(seed: generator.next())
        hardwareAddress = SimulatedNode.hardwareAddress(number, change: 0)
        let credentials = setting.credentials(of: number, start: 0)
        speaker = SpeakerCore(node: name)
        liveness = LivenessCore(node: name, configuration: setting.liveness(credentials))
        layer2 = Layer2Core(settings: setting.layer2(credentials))
    }

    private static func hardwareAddress(_ number: Int, change: Int) -> MACAddress {
        MACAddress(2, 0, 0, UInt8(truncatingIfNeeded: change), UInt8(number >> 8), UInt8(number & 0xFF))
    }

    func address(_ family: AddressFamily) -> IPAddress { SimulatedNode.address(number, family) }

    static func address(_ number: Int, _ family: AddressFamily) -> IPAddress {
        switch family {
        case .ipv4: .v4(IPv4Address(rawValue: 0x0A00_0001 + UInt32(number)))
        case .ipv6: .v6(IPv6Address(rawValue: 0xFE80_0000_0000_0000_0000_0000_0000_0001 + UInt128(number)))
        }
    }

    /// All that the process knew is gone; the clock goes on.
    mutating func restart() {
        starts += 1
        let credentials = setting.credentials(of: number, start: starts)
        speaker = SpeakerCore(node: name)
        liveness = LivenessCore(node: name, configuration: setting.liveness(credentials))
        layer2 = Layer2Core(settings: setting.layer2(credentials))
        heard = HeardNodes()
        hasListened = false
        held = []
        outputs = []
        isFrozen = false
        suspension = nil
        waitingChanges = []
        waitingFrames = []
    }

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
        var next = liveness.nextDeadline
        if let due = speaker.nextDeadline { next = min(next ?? due, due) }
        var moment = next.map { max(global($0), now) }
        if !isFrozen, let due = layer2.nextDeadline {
            let turn = max(global(due), now, nextTurn)
            moment = min(moment ?? turn, turn)
        }
        if let due = suspension?.moment { moment = min(moment ?? due, max(due, now)) }
        return moment
    }

    mutating func takeOutputs() -> [Output] {
        guard !outputs.isEmpty else { return [] }
        defer { outputs = [] }
        return outputs
    }

    /// Whether a stranger was reported to have the address.
    func reportsConflict(over address: IPAddress) -> Bool { layer2.conflicts.contains { $0.address == address } }

    // MARK: What happens to it

    mutating func setLink(isUp: Bool, at now: Instant) {
        isLinkUp = isUp
        updateInterface(at: now)
    }

    mutating func changeHardwareAddress(at now: Instant) {
        addressChanges += 1
        hardwareAddress = SimulatedNode.hardwareAddress(number, change: addressChanges)
        updateInterface(at: now)
    }

    mutating func rename(at now: Instant) {
        interfaceName = interfaceName == "eth0" ? "lan0" : "eth0"
        updateInterface(at: now)
    }

    private mutating func updateInterface(at now: Instant) {
        var addresses = [InterfaceAddress(address: address(.ipv4), prefixLength: 16)]
        if setting.isDualStack { addresses.append(InterfaceAddress(address: address(.ipv6), prefixLength: 64)) }
        let table = InterfaceTable([
            Interface(
                index: 2, name: interfaceName, hardwareAddress: hardwareAddress, hasCarrier: isLinkUp,
                addresses: addresses)
        ])
        perform(layer2.update(table, at: local(now)), at: now)
        handle(.linksChanged(table), at: now)
        flush(at: now)
    }

    mutating func receive(frame: [UInt8], at now: Instant) {
        guard !isFrozen else {
            if waitingFrames.count < SimulatedNode.longestBacklog { waitingFrames.append(frame) }
            return
        }
        var reply = ByteWriter()
        var actions: [Layer2Core.Action] = []
        let outcome = layer2.receive(frame.span, on: 2, at: local(now), into: &reply, &actions)
        if case .answered = outcome { outputs.append(.frame(reply.bytes)) }
        perform(actions, at: now)
        flush(at: now)
    }

    mutating func receive(datagram: [UInt8], from source: IPAddress, at now: Instant) {
        let port = LivenessCore.Port(index: 2, family: source.family)
        perform(
            liveness.receive(
                datagram.span, through: port, from: source, hopLimit: 255, at: local(now), using: &generator), at: now)
    }

    mutating func handleDeadline(at now: Instant) {
        let moment = local(now)
        if let change = suspension, change.moment <= now {
            suspension = nil
            perform(liveness.setSuspended(change.isSuspended, at: moment, using: &generator), at: now)
        }
        if let due = liveness.nextDeadline, due <= moment {
            perform(liveness.handleDeadline(at: moment, using: &generator), at: now)
            noteListening(at: now)
        }
        if !isFrozen, let due = layer2.nextDeadline, due <= moment {
            perform(layer2.handleDeadline(at: moment), at: now)
        }
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
        apply(.leave, at: now)
        perform(liveness.leave(at: local(now), using: &generator), at: now)
        flush(at: now)
    }

    mutating func freeze(at now: Instant) {
        isFrozen = true
        suspension = (now.advanced(by: HeartbeatWatch.patience), true)
    }

    mutating func thaw(at now: Instant) {
        guard isFrozen else { return }
        isFrozen = false
        // Before that, nothing was noticed.
        suspension = suspension == nil ? (now.advanced(by: HeartbeatWatch.recovery), false) : nil
        let (changes, frames) = (waitingChanges, waitingFrames)
        (waitingChanges, waitingFrames) = ([], [])
        // What is wanted comes first, and what waits to be read before deadlines.
        for change in changes { apply(change, at: now) }
        for frame in frames { receive(frame: frame, at: now) }
        flush(at: now)
    }

    // MARK: What it does

    /// Says, as soon as that is known, that it was listened for long enough.
    private mutating func noteListening(at now: Instant) {
        guard !hasListened, liveness.isSettled(at: local(now)) else { return }
        hasListened = true
        heard.note(ListenedSegments(list: 0, interfaces: Set(speaker.listening.map(\.name))))
        outputs.append(.event(.heard(heard.byInterface)))
    }

    private mutating func apply(_ change: Layer2Change, at now: Instant) {
        if isFrozen {
            waitingChanges.append(change)
        } else {
            perform(layer2.apply(change, at: local(now)), at: now)
        }
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
        case .claim(let changes): for change in changes { apply(change, at: now) }
        default: break
        }
    }

    private mutating func perform(_ actions: [LivenessCore.Action], at now: Instant) {
        for action in actions {
            switch action {
            case .open(let port): perform(liveness.opened(port, at: local(now), using: &generator), at: now)
            case .send(let packet, let port):
                var writer = ByteWriter()
                packet.encode(into: &writer)
                outputs.append(.datagram(writer.bytes, port.family))
            case .tell(let change):
                heard.note(change)
                outputs.append(.event(.heard(heard.byInterface)))
            case .log: linesLogged += 1
            case .close: break
            }
        }
    }

    private mutating func perform(_ actions: [Layer2Core.Action], at now: Instant) {
        guard !actions.isEmpty else { return }
        var reports: [Layer2Report] = []
        for action in actions {
            switch action {
            case .open(let interface): perform(layer2.captureOpened(on: interface.index, at: local(now)), at: now)
            case .report(let report):
                reports.append(report)
                if case .holder(let holder, let address, _) = report {
                    if holder == .thisNode { held.insert(address) } else { held.remove(address) }
                }
            case .tell: linesLogged += 1
            case .close, .join, .leave: break
            }
        }
        if !reports.isEmpty { outputs.append(.event(.reported(reports))) }
    }

    private mutating func flush(at now: Instant) {
        // A claim that is not wanted any more ends without a report.
        if held.count != layer2.ports[2]?.claims.held ?? 0 { held = Set(layer2.ports[2]?.claims.heldAddresses ?? []) }
        guard !isFrozen, now >= nextTurn else { return }
        var writer = ByteWriter()
        var sent = 0
        while sent < SimulatedNode.framesPerTurn,
            layer2.popFrame(at: local(now), using: &generator, into: &writer) != nil
        {
            outputs.append(.frame(writer.bytes))
            sent += 1
            writer.removeAll()
        }
        framesSent += sent
        if sent == SimulatedNode.framesPerTurn { nextTurn = now.advanced(by: SimulatedNode.turnTime) }
    }
}
