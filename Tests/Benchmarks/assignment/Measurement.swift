import Foundation

/// Times and memory of this process.
enum Measurement {
    /// The most memory that this process ever held, in MiB; `nil` where the kernel does not say.
    static var peakMemory: Int? {
        guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
            let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") })
        else { return nil }
        return Int(line.filter(\.isNumber)).map { $0 / 1024 }
    }

    /// Nanoseconds for each of `count` steps.
    static func nanosecondsEach(_ count: Int, _ work: () -> Void) -> Double {
        let duration = ContinuousClock().measure(work)
        let (seconds, attoseconds) = duration.components
        return (Double(seconds) * 1e9 + Double(attoseconds) / 1e9) / Double(count)
    }

    /// The figure in the middle: other load on the machine moves it least.
    static func median(_ figures: [Double]) -> Double {
        let sorted = figures.sorted()
        return sorted.isEmpty ? .nan : sorted[sorted.count / 2]
    }

    /// A figure with as many decimals as say something.
    static func text(_ value: Double) -> String {
        if value >= 100 { return String(Int(value.rounded())) }
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}
