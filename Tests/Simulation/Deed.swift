/// One thing that is done to the nodes, or on the segment. Times are in milliseconds. Its description is the Swift that
/// makes it again.
///
/// What makes no sense when it is due, as to kill a node that does not run, is not done: so any part of a story is a story.
package enum Deed: Hashable, Sendable, CustomStringConvertible {
    // Machines and networks fail.

    case kill(Int, for: Int)
    /// SIGTERM, and a start afterwards.
    case stop(Int, for: Int)
    case unplug(Int, for: Int)
    /// The whole machine stands still.
    case pause(Int, for: Int)
    /// The layer-2 core alone does not turn; liveness does.
    case freeze(Int, for: Int)
    /// Who is in which part of the segment: each node, and then the client.
    case part([Int], for: Int)
    /// Frames of the second do not reach the first.
    case deafen(Int, to: Int, for: Int)
    /// Liveness packets do not pass.
    case breakMulticast(for: Int)
    /// So many frames in a hundred are lost.
    case lose(Int, for: Int)
    case changeMAC(Int)
    case rename(Int)

    // People do what people do. All of it is undone by doing it again.

    case cordon(Int)
    /// The Service is made or removed; those of the second cluster follow those of the first.
    case toggle(Int)
    case rebalance(Int)

    // Others are on the segment.

    case forge(Forgery, times: Int, every: Int)
    /// Somebody sends again, unchanged, what a node sent in the milliseconds from `age` ago on; again and again.
    case replay(of: Int, age: Int, span: Int, times: Int, every: Int)
    /// Whatever is sent comes a second time, so much later: a loop beyond some switch.
    case echo(late: Int, for: Int)
    /// A host that is not a speaker has the address, and answers so late. It announces it too, when it comes, or does not.
    case squat(Int, late: Int, announces: Bool, for: Int)
    /// Such a host asks for the address as if it wanted it, again and again.
    case scan(Int, every: Int, for: Int)

    package var description: String {
        switch self {
        case .kill(let node, let time): ".kill(\(node), for: \(time))"
        case .stop(let node, let time): ".stop(\(node), for: \(time))"
        case .unplug(let node, let time): ".unplug(\(node), for: \(time))"
        case .pause(let node, let time): ".pause(\(node), for: \(time))"
        case .freeze(let node, let time): ".freeze(\(node), for: \(time))"
        case .part(let parts, let time): ".part(\(parts), for: \(time))"
        case .deafen(let node, let other, let time): ".deafen(\(node), to: \(other), for: \(time))"
        case .breakMulticast(let time): ".breakMulticast(for: \(time))"
        case .lose(let share, let time): ".lose(\(share), for: \(time))"
        case .changeMAC(let node): ".changeMAC(\(node))"
        case .rename(let node): ".rename(\(node))"
        case .cordon(let node): ".cordon(\(node))"
        case .toggle(let service): ".toggle(\(service))"
        case .rebalance(let node): ".rebalance(\(node))"
        case .forge(let forgery, let times, let every): ".forge(\(forgery), times: \(times), every: \(every))"
        case .replay(let node, let age, let span, let times, let every):
            ".replay(of: \(node), age: \(age), span: \(span), times: \(times), every: \(every))"
        case .echo(let late, let time): ".echo(late: \(late), for: \(time))"
        case .squat(let service, let late, let announces, let time):
            ".squat(\(service), late: \(late), announces: \(announces), for: \(time))"
        case .scan(let service, let every, let time): ".scan(\(service), every: \(every), for: \(time))"
        }
    }

    /// How long until nothing of it is going on any more.
    var duration: Int {
        switch self {
        case .kill(_, let time), .unplug(_, let time), .pause(_, let time), .freeze(_, let time), .part(_, let time),
            .deafen(_, _, let time), .breakMulticast(let time), .lose(_, let time), .squat(_, _, _, let time),
            .scan(_, _, let time):
            time
        case .stop(_, let time): 520 + time
        case .changeMAC, .rename, .cordon, .toggle, .rebalance: 0
        case .forge(_, let times, let every): times * every
        case .replay(_, _, let span, let times, let every): times * max(every, span)
        case .echo(let late, let time): late + time
        }
    }

    /// Whether somebody does it who wishes no good, or behaves like one.
    var isAttack: Bool {
        switch self {
        case .forge, .replay, .echo: true
        default: false
        }
    }

    /// Whether who hears whom may be another matter afterwards, for a while.
    var needsLongQuiet: Bool {
        switch self {
        case .lose, .deafen, .breakMulticast, .squat, .scan: true
        default: isAttack
        }
    }
}
