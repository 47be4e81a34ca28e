import Simulation
import Testing

/// Stories that went wrong once, as short as they could be made.
enum Regressions {
    struct Row: Sendable, CustomTestStringConvertible {
        /// What went wrong, and since which change it does not; the seed of the story that was shrunk is the story's.
        var name: String
        var story: Story

        init(_ name: String, _ story: Story) {
            self.name = name
            self.story = story
        }

        var testDescription: String { name }
    }

    static let all: [Row] = [
        Row(
            "Two forged confirmations in the names of two living nodes → the address has an owner within 2 s",
            Story(
                Setting(nodes: 4, addresses: 3, interval: 400), seed: 4319,
                [
                    .init(
                        3000,
                        .forge(
                            .mark(
                                4, in: .probe, of: 2, about: 2, term: 2, flags: 3, standing: 15, from: .of(1), to: nil),
                            times: 1, every: 1)),
                    .init(
                        3000,
                        .forge(
                            .mark(
                                4, in: .probe, of: 0, about: 2, term: .max, flags: 1, standing: 15, from: .madeUp(2),
                                to: nil), times: 1, every: 200)),
                ])),
        Row(
            "One forged claim of the last term → the owner is not silent for more than 100 ms",
            Story(
                Setting(nodes: 4, addresses: 1, interval: 400), seed: 50,
                [
                    .init(
                        8000,
                        .forge(
                            .mark(
                                4, in: .answer, of: 0, about: 0, term: .max, flags: 0, standing: 1, from: .own, to: nil),
                            times: 1, every: 1)),
                    .init(16000, .cordon(3)),
                ])),
        Row(
            "A forged answer from ever new MAC addresses → the owner is not silent for more than 100 ms",
            Story(
                Setting(nodes: 4, addresses: 1, interval: 400), seed: 29,
                [
                    .init(
                        15000,
                        .forge(
                            .mark(
                                2, in: .answer, of: 0, about: 0, term: 7, flags: 0, standing: 15, from: .everNew,
                                to: nil), times: 1, every: 200))
                ])),
        Row(
            "A node whose twin of another cluster lives dies → its addresses move in time",
            Story(
                Setting(nodes: 3, addresses: 1, twins: .apartUnderOneIdentity, interval: 400), seed: 63,
                [.init(15000, .kill(5, for: 1400))])),
        Row(
            "A node whose twin lives leaves → its addresses move in time",
            Story(
                Setting(nodes: 2, addresses: 1, twins: .apartUnderOneIdentity, interval: 400), seed: 134,
                [.init(8000, .stop(2, for: 1400))])),
        Row(
            "Two clusters of one node with the same name and the same addresses → both say that there is a conflict",
            Story(Setting(nodes: 1, addresses: 1, twins: .overlapping, interval: 400), seed: 6, [])),
        Row(
            "Greetings that ask for claims, from made-up MAC addresses → no more frames than members are owed",
            Story(
                Setting(nodes: 4, addresses: 2, interval: 400), seed: 89,
                [
                    .init(
                        7000,
                        .forge(
                            .mark(
                                5, in: .probe, of: 3, about: 0, term: 0, flags: 4, standing: 0, from: .own, to: nil),
                            times: 150, every: 1))
                ])),
        Row(
            "A holder that yields has heard the owner's reminder alone → hosts are told of the owner",
            Story(
                Setting(nodes: 2, addresses: 3, interval: 400), seed: 272,
                [.init(5000, .part([1, 0, 0], for: 2600)), .init(6000, .cordon(1))])),
        Row(
            "A node comes back, and another is cordoned → no more frames than members are owed",
            Story(
                Setting(nodes: 3, addresses: 3), seed: 169,
                [.init(5990, .kill(0, for: 3300)), .init(12960, .cordon(1))])),
        Row(
            "Two that hear each other one way agree → no two owners for more than 100 ms",
            Story(
                Setting(nodes: 2, addresses: 3), seed: 2336,
                [.init(3390, .stop(0, for: 3200)), .init(6400, .deafen(0, to: 1, for: 2900))])),
        Row(
            "A node that was deaf dies and comes back → one owner at the end",
            Story(
                Setting(nodes: 2, addresses: 2), seed: 3932,
                [
                    .init(3000, .deafen(0, to: 1, for: 2200)), .init(6600, .unplug(1, for: 3000)),
                    .init(8000, .kill(0, for: 700)),
                ])),
        Row(
            "Recorded frames of a node that is dead → its address has another owner within 2 s of its end",
            Story(
                Setting(nodes: 2, addresses: 1), seed: 2706,
                [
                    .init(5500, .kill(0, for: 3200)),
                    .init(6200, .replay(of: 0, age: 3978, span: 1590, times: 1, every: 10)),
                ]
            )),
        Row(
            "Recorded frames, denied again and again, long ago → a handover afterwards takes no longer for it",
            Story(
                Setting(nodes: 2, addresses: 2, twins: .apart), seed: 4972,
                [
                    .init(5500, .replay(of: 1, age: 4166, span: 800, times: 20, every: 300)),
                    .init(6000, .stop(0, for: 300)), .init(9000, .kill(1, for: 1100)),
                ])),
        Row(
            "A host had the address, and others ask for it → one of them holds the claim up once",
            Story(
                Setting(nodes: 4, addresses: 1), seed: 2783,
                [
                    .init(5000, .scan(0, every: 100, for: 3000)), .init(5200, .unplug(3, for: 310)),
                    .init(6000, .squat(0, late: 1000, announces: true, for: 1110)),
                    .init(10000, .scan(0, every: 500, for: 3600)),
                ])),
    ]
}
