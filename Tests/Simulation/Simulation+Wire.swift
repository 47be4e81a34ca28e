import Addresses
import BFD
import LinkLayer
import Timing
import WireCodec

// What is on the wire, and where it arrives.
extension Simulation {
    /// Sends what a station sends: a node, the client (with the number behind the nodes'), or another (-1).
    mutating func transmit(_ sent: Recorded) {
        if sent.from >= 0, sent.from < nodes.count {
            guard isLinkUp[sent.from], isRunning[sent.from] else { return }
            if story.hasReplays { tape.append(sent) }
        }
        spread(sent)
        if let echo {
            schedule(.sends(Recorded(time: now, from: -1, octets: sent.octets, source: sent.source)), in: echo)
        }
    }

    func spreadsOverAll(_ octets: [UInt8]) -> Bool { octets.first.map { $0 & 1 == 1 } ?? true }

    /// Delivers it to all that it is for.
    mutating func spread(_ sent: Recorded) {
        if let source = sent.source {
            guard !isMulticastBroken || sent.from < 0 else { return }
            for to in nodes.indices where to != sent.from && passes(from: sent.from, to: to) {
                let due = arrival(from: sent.from, to: to)
                queue.add(.datagram(sent.octets, from: sent.from, source: source, to: to), at: due)
            }
            return
        }
        let isToAll = spreadsOverAll(sent.octets)
        let destination = isToAll ? nil : MACAddress(octets: sent.octets.prefix(6))
        for to in nodes.indices where to != sent.from && passes(from: sent.from, to: to) {
            guard isToAll || nodes[to].hardwareAddress == destination else { continue }
            queue.add(.frame(sent.octets, to: to), at: arrival(from: sent.from, to: to))
        }
        if sent.from != nodes.count, isToAll || destination == client.hardwareAddress,
            passes(from: sent.from, to: nodes.count)
        {
            queue.add(.toClient(sent.octets), at: arrival(from: sent.from, to: nodes.count))
        }
        for (number, host) in hosts.sorted(by: { $0.key < $1.key }) where isToAll || destination == host.hardwareAddress
        {
            schedule(.toHost(sent.octets, number), in: .microseconds(chance(50...300)))
        }
    }

    /// Whether a frame gets there, by chance where frames are lost. Those who are no nodes are in every part.
    private mutating func passes(from: Int, to: Int) -> Bool {
        if to < nodes.count { guard isRunning[to], isLinkUp[to] else { return false } }
        if from >= 0 {
            guard part[from] == part[to], deafTo.isEmpty || !deafTo.contains([to, from]) else { return false }
        }
        return loss == 0 || Double.random(in: 0..<1, using: &generator) >= loss
    }

    private mutating func arrival(from: Int, to: Int) -> Instant {
        let place = (from < 0 ? nodes.count + 1 : from) * (nodes.count + 2) + to
        let due = max(now.advanced(by: .microseconds(chance(50...300))), lastArrival[place])
        lastArrival[place] = due
        return due
    }

    // MARK: What is made up

    mutating func forge(_ forgery: Forgery) {
        switch forgery {
        case .mark(let kind, let shape, let node, let key, let term, let flags, let standing, let source, let target):
            guard nodes.indices.contains(node), let kind = ClaimMark.Kind(rawValue: kind),
                (0..<setting.addresses * setting.clusters).contains(key)
            else { return }
            let mark = ClaimMark(
                kind, flags: ClaimMark.Flags(rawValue: flags & 0x0F), rank: ClaimRank(standing: standing),
                speaker: discriminator(of: node), term: term, company: nodes.count)
            let neighbor = target.flatMap { nodes.indices.contains($0) ? nodes[$0].hardwareAddress : nil }
            let frame: ClaimFrame =
                switch shape {
                case .probe: .probe(address(key))
                case .claim: .claim(address(key), to: neighbor)
                case .answer: .answer(address(key), to: neighbor ?? .broadcast)
                }
            send(frame, mark, from: source, to: neighbor)
        case .use(let key, let source, let target):
            guard (0..<setting.addresses * setting.clusters).contains(key) else { return }
            let neighbor = target.flatMap { nodes.indices.contains($0) ? nodes[$0].hardwareAddress : nil }
            send(.claim(address(key), to: neighbor), nil, from: source, to: neighbor)
        case .liveness(let node, let state, let source):
            guard nodes.indices.contains(node) else { return }
            let packet = ControlPacket(
                state: SessionState(rawValue: state & 3) ?? .down, detectMultiplier: 3,
                myDiscriminator: discriminator(of: node), desiredMinTxInterval: .milliseconds(setting.interval),
                isDemand: true, isMultipoint: true)
            var writer = ByteWriter()
            packet.encode(into: &writer)
            transmit(
                Recorded(time: now, from: -1, octets: writer.bytes, source: identity(of: source).address))
        }
    }

    private mutating func send(_ frame: ClaimFrame, _ mark: ClaimMark?, from source: Forgery.Source, to: MACAddress?) {
        var writer = ByteWriter()
        frame.encode(from: identity(of: source).hardwareAddress, mark: mark, into: &writer)
        var octets = writer.bytes
        // To one alone, whatever the kind of the frame.
        if let to { octets.replaceSubrange(0..<6, with: to.octets) }
        if traces { note("forged: \(Simulation.describe(octets))") }
        transmit(Recorded(time: now, from: -1, octets: octets))
    }

    /// Derived from the node's name, as everybody can.
    private func discriminator(of node: Int) -> UInt32 {
        NodeIdentities(members(0).map { nodes[$0].name }).discriminator(of: nodes[node].name) ?? 1
    }

    private mutating func identity(of source: Forgery.Source) -> (hardwareAddress: MACAddress, address: IPAddress) {
        switch source {
        case .own: return (MACAddress(2, 2, 0, 0, 0, 1), .v4(IPv4Address(rawValue: 0x0A00_FB01)))
        case .madeUp(let number):
            return (
                MACAddress(2, 3, 0, 0, UInt8(truncatingIfNeeded: number >> 8), UInt8(truncatingIfNeeded: number)),
                .v4(IPv4Address(rawValue: 0x0A00_FC00 + UInt32(truncatingIfNeeded: number & 0xFF)))
            )
        case .of(let node):
            guard nodes.indices.contains(node) else { return identity(of: .own) }
            return (nodes[node].hardwareAddress, nodes[node].address(.ipv4))
        case .everNew:
            everNew += 1
            return identity(of: .madeUp(everNew))
        }
    }
}
