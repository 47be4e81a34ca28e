import Foundation
import TestSupport

/// What a process used so far, from /proc/PID.
struct ProcessUse {
    var cpuSeconds: Double
    var residentMiB: Double

    init(of process: ChildProcess) throws {
        let stat = try String(contentsOfFile: "/proc/\(process.pid)/stat", encoding: .utf8)
        // The second field is a name in parentheses, which may hold anything.
        let fields = stat[(stat.lastIndex(of: ")") ?? stat.startIndex)...].split(separator: " ")
        guard fields.count > 13, let user = Double(fields[12]), let system = Double(fields[13]) else {
            throw TestFailure("/proc/\(process.pid)/stat: \(stat)")
        }
        // In hundredths of a second on every kernel of today (USER_HZ).
        cpuSeconds = (user + system) / 100
        let status = try String(contentsOfFile: "/proc/\(process.pid)/status", encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }?.split { $0 == " " || $0 == "\t" }
        guard let line, line.count > 1, let kibibytes = Double(line[1]) else {
            throw TestFailure("/proc/\(process.pid)/status has no VmRSS")
        }
        residentMiB = kibibytes / 1024
    }
}
