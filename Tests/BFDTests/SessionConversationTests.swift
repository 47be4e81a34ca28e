import BFD
import TestSupport
import Testing
import Timing

/// Two sessions on a wire that delays each packet by a random time, and loses some.
private struct Conversation {
    struct Arrival { let at: Instant, to: Int, packet: ControlPacket }

    var sessions: [Session]
    var generator: SeededGenerator
    var now = Instant.zero
    var wire: [Arrival] = []
    /// Of a hundred packets in each direction: how many are lost.
    var lossPercent = [0, 0]
    var transcript: [String] = []
    var downs = 0

    init(seed: UInt64, _ configurations: [SessionConfiguration]) {
        generator = SeededGenerator(seed: seed)
        sessions = []
        for configuration in configurations { sessions.append(Session(configuration, at: .zero, using: &generator)) }
    }

    mutating func handle(_ event: Session.Event, by index: Int) {
        for action in sessions[index].handle(event, at: now, using: &generator) {
            switch action {
            case .send(let packet):
                // RFC 5880 §6.5: never both.
                #expect(!(packet.isPoll && packet.isFinal))
                guard Int.random(in: 0..<100, using: &generator) >= lossPercent[index] else { continue }
                let delay = Duration.microseconds(Int.random(in: 50...3000, using: &generator))
                wire.append(Arrival(at: now.advanced(by: delay), to: 1 - index, packet: packet))
            case .stateChanged(let from, let to, _):
                transcript.append("\("AB".dropFirst(index).prefix(1)) \(from) → \(to)")
                if from == .up { downs += 1 }
            case .dropped(let reason): transcript.append("dropped: \(reason)")
            }
        }
    }

    mutating func run(for duration: Duration) {
        let end = now.advanced(by: duration)
        while true {
            let deadlines = sessions.indices.compactMap { i in sessions[i].nextDeadline.map { ($0, i) } }
            let deadline = deadlines.min { $0.0 < $1.0 }
            let arrival = wire.indices.min { wire[$0].at < wire[$1].at }
            if let arrival, wire[arrival].at <= (deadline?.0 ?? end) {
                guard wire[arrival].at <= end else { break }
                let item = wire.remove(at: arrival)
                now = max(now, item.at)
                handle(.received(item.packet, hopLimit: 255), by: item.to)
            } else if let deadline, deadline.0 <= end {
                now = max(now, deadline.0)
                handle(.deadlineReached, by: deadline.1)
            } else {
                break
            }
        }
        now = end
    }

    var areUp: Bool { sessions.allSatisfy { $0.state == .up } }
}

@Suite("Two sessions on a wire")
struct SessionConversationTests {
    static func fast(_ discriminator: UInt32, _ role: SessionConfiguration.Role = .active) -> SessionConfiguration {
        SessionConfiguration(
            localDiscriminator: discriminator, role: role, desiredMinTxInterval: .milliseconds(50),
            requiredMinRxInterval: .milliseconds(50))
    }

    @Test("They come up and agree on the slower interval", arguments: UInt64(1)...20) func comesUp(seed: UInt64) {
        var slow = SessionConversationTests.fast(2)
        slow.requiredMinRxInterval = .milliseconds(200)
        var pair = Conversation(seed: seed, [SessionConversationTests.fast(1), slow])
        pair.run(for: .seconds(5))
        #expect(pair.areUp, "seed \(seed): \(pair.transcript)")
        #expect(pair.sessions[0].transmitInterval == .milliseconds(200))
        #expect(pair.sessions[1].transmitInterval == .milliseconds(50))
        #expect(pair.sessions[0].detectionTime == .milliseconds(150))
        #expect(pair.sessions[1].detectionTime == .milliseconds(600))
        #expect(pair.downs == 0, "seed \(seed): \(pair.transcript)")
    }

    @Test("They come up with one of them passive", arguments: UInt64(1)...5) func passive(seed: UInt64) {
        var pair = Conversation(
            seed: seed, [SessionConversationTests.fast(1), SessionConversationTests.fast(2, .passive)])
        pair.run(for: .seconds(5))
        #expect(pair.areUp, "seed \(seed): \(pair.transcript)")
    }

    @Test("Both passive, nothing happens") func bothPassive() {
        var pair = Conversation(
            seed: 1, [SessionConversationTests.fast(1, .passive), SessionConversationTests.fast(2, .passive)])
        pair.run(for: .seconds(60))
        #expect(pair.transcript.isEmpty)
    }

    @Test(
        "A wire that loses one packet in ten keeps a session of five up, and one that loses all ends it in time",
        arguments: UInt64(1)...20)
    func loss(seed: UInt64) {
        var configurations = [SessionConversationTests.fast(1), SessionConversationTests.fast(2)]
        for index in configurations.indices { configurations[index].detectMultiplier = 10 }
        var pair = Conversation(seed: seed, configurations)
        pair.lossPercent = [10, 10]
        pair.run(for: .seconds(60))
        #expect(pair.areUp && pair.downs == 0, "seed \(seed): \(pair.transcript)")
        pair.lossPercent = [100, 0]
        pair.run(for: .milliseconds(510))
        // B hears nothing any more; A learns it from B, and neither comes up again.
        #expect(pair.sessions.map(\.state) == [.down, .down], "seed \(seed): \(pair.transcript)")
        pair.run(for: .seconds(10))
        #expect(!pair.areUp)
        pair.lossPercent = [0, 0]
        pair.run(for: .seconds(4))
        #expect(pair.areUp, "seed \(seed): \(pair.transcript)")
    }

    @Test(
        "One restarts, with another discriminator or the same: both go down and come up again",
        arguments: UInt64(1)...10)
    func restart(seed: UInt64) {
        var pair = Conversation(seed: seed, [SessionConversationTests.fast(1), SessionConversationTests.fast(2)])
        pair.run(for: .seconds(5))
        pair.sessions[1] = Session(
            SessionConversationTests.fast(seed.isMultiple(of: 2) ? 2 : 3), at: pair.now, using: &pair.generator)
        pair.run(for: .seconds(5))
        #expect(pair.areUp && pair.downs == 1, "seed \(seed): \(pair.transcript)")
    }

    @Test("Intervals changed at random, many times, never bring a session down", arguments: UInt64(1)...30)
    func intervals(seed: UInt64) {
        var pair = Conversation(seed: seed, [SessionConversationTests.fast(1), SessionConversationTests.fast(2)])
        pair.run(for: .seconds(5))
        for _ in 0..<50 {
            let index = Int.random(in: 0...1, using: &pair.generator)
            var new = pair.sessions[index].configuration
            new.desiredMinTxInterval = .milliseconds(Int.random(in: 10...2000, using: &pair.generator))
            new.requiredMinRxInterval = .milliseconds(Int.random(in: 10...2000, using: &pair.generator))
            new.detectMultiplier = .random(in: 2...5, using: &pair.generator)
            pair.handle(.reconfigured(new), by: index)
            pair.run(for: .milliseconds(Int.random(in: 0...3000, using: &pair.generator)))
        }
        #expect(pair.areUp && pair.downs == 0, "seed \(seed): \(pair.transcript)")
        // In the end both know what the other last asked for.
        pair.run(for: .seconds(30))
        for index in 0...1 {
            let (mine, other) = (pair.sessions[index], pair.sessions[1 - index])
            #expect(mine.remoteMinRxInterval == other.configuration.requiredMinRxInterval)
            #expect(
                mine.transmitInterval
                    == max(mine.configuration.desiredMinTxInterval, other.configuration.requiredMinRxInterval))
        }
    }

    @Test("AdminDown on one side brings the other down at once, and enabling brings both up")
    func administrativelyDown() {
        var pair = Conversation(seed: 1, [SessionConversationTests.fast(1), SessionConversationTests.fast(2)])
        pair.run(for: .seconds(5))
        pair.handle(.administrativelyDisabled, by: 0)
        pair.run(for: .milliseconds(4))
        #expect(pair.sessions.map(\.state) == [.adminDown, .down])
        pair.run(for: .seconds(10))
        pair.handle(.administrativelyEnabled, by: 0)
        pair.run(for: .seconds(4))
        #expect(pair.areUp)
    }

    @Test(
        "With one key they come up over a wire that loses packets, and stay; with two keys nothing is believed",
        arguments: UInt64(1)...10)
    func authenticated(seed: UInt64) throws {
        for isMeticulous in [true, false] {
            var configurations = [SessionConversationTests.fast(1), SessionConversationTests.fast(2)]
            for index in configurations.indices {
                configurations[index].detectMultiplier = 10
                configurations[index].authentication = AuthenticationKey(
                    keyID: 1, secret: [1, 2, 3], isMeticulous: isMeticulous)
            }
            var pair = Conversation(seed: seed, configurations)
            pair.lossPercent = [10, 10]
            // The wire may change the order, which a meticulous key does not forgive: such packets are as good as lost.
            pair.run(for: .seconds(60))
            #expect(pair.areUp && pair.downs == 0, "seed \(seed): \(pair.transcript)")

            // The same on both sides again, after a time in which they differ.
            configurations[0].authentication = AuthenticationKey(keyID: 1, secret: [4], isMeticulous: isMeticulous)
            pair.handle(.reconfigured(configurations[0]), by: 0)
            pair.run(for: .seconds(3))
            #expect(pair.sessions.map(\.state) == [.down, .down], "seed \(seed): \(pair.transcript)")
            configurations[1].authentication = configurations[0].authentication
            pair.handle(.reconfigured(configurations[1]), by: 1)
            pair.run(for: .seconds(5))
            #expect(pair.areUp, "seed \(seed): \(pair.transcript)")
        }
    }

    @Test(
        "A farewell reaches the other side over a wire that loses half, and ends by itself", arguments: UInt64(1)...20)
    func farewell(seed: UInt64) {
        var configurations = [SessionConversationTests.fast(1), SessionConversationTests.fast(2)]
        for index in configurations.indices { configurations[index].detectMultiplier = 8 }
        var pair = Conversation(seed: seed, configurations)
        pair.run(for: .seconds(5))
        #expect(pair.areUp)
        pair.lossPercent = [50, 50]
        pair.handle(.leaving, by: 0)
        #expect(!pair.sessions[0].hasLeft)
        pair.run(for: .milliseconds(400))
        #expect(pair.sessions[0].hasLeft, "seed \(seed): \(pair.transcript)")
        #expect(pair.sessions[1].state == .down, "seed \(seed): \(pair.transcript)")
        #expect(pair.sessions[1].diagnostic == .neighborSignaledSessionDown, "seed \(seed)")
    }

    @Test("A farewell to somebody who was never heard is one packet") func farewellToNobody() {
        var pair = Conversation(
            seed: 1, [SessionConversationTests.fast(1), SessionConversationTests.fast(2, .passive)])
        pair.handle(.leaving, by: 0)
        #expect(pair.sessions[0].hasLeft)
    }
}
