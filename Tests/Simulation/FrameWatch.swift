import Timing

/// Watches how much each node sends, keeps and logs: what is held and who is there may decide that, and nobody else.
struct FrameWatch {
    private struct Window {
        var begin = Instant.zero
        var frames = 0
        var lines = 0
    }

    private let frameLimit: Int
    private let lineLimit: Int
    private let footprintLimit: Int
    private var windows: [Window]
    private(set) var violations: [Violation] = []
    private(set) var mostFrames = 0
    private(set) var largestFootprint = 0

    init(_ setting: Setting) {
        let (nodes, addresses) = (setting.allNodes, setting.addresses)
        // In one second, of each address: three probes, an announcement, what is said to each member and its answers.
        frameLimit = 60 + addresses * (8 + 9 * nodes)
        lineLimit = 20 + 4 * nodes + 4 * addresses
        footprintLimit = 400 + 120 * nodes + 120 * addresses + 12 * nodes * addresses
        windows = Array(repeating: Window(), count: nodes)
    }

    mutating func check(_ number: Int, _ node: SimulatedNode, isAttacked: Bool, at now: Instant) {
        if windows[number].begin.duration(to: now) >= .seconds(1) {
            windows[number] = Window(begin: now, frames: node.framesSent, lines: node.linesLogged)
        }
        let frames = node.framesSent - windows[number].frames
        let lines = node.linesLogged - windows[number].lines
        mostFrames = max(mostFrames, frames)
        if frames > frameLimit {
            violations.append(
                Violation(kind: .flood, text: "at \(now) node \(number) has sent \(frames) frames within a second"))
        }
        if lines > lineLimit {
            violations.append(
                Violation(kind: .noise, text: "at \(now) node \(number) has logged \(lines) lines within a second"))
        }
    }

    mutating func checkFootprint(_ number: Int, _ node: SimulatedNode, at now: Instant) {
        let size = Footprint.size(of: node.layer2) + Footprint.size(of: node.liveness)
        largestFootprint = max(largestFootprint, size)
        if size > footprintLimit {
            violations.append(
                Violation(kind: .growth, text: "at \(now) node \(number) keeps \(size) values"))
        }
    }
}

/// How much a value keeps, whatever it is made of: the elements of all its collections, however deep.
enum Footprint {
    static func size(of value: Any) -> Int {
        let mirror = Mirror(reflecting: value)
        var size = 0
        switch mirror.displayStyle {
        case .collection, .set, .dictionary: size += mirror.children.count
        default: break
        }
        // What everybody shares is not counted, nor what is no more than a number.
        for child in mirror.children where !(child.value is any FixedWidthInteger) {
            size += self.size(of: child.value)
        }
        return size
    }
}
