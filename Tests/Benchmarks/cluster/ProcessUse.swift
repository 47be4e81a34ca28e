import Foundation
import TestSupport

/// What a process used so far, from /proc/PID.
struct ProcessUse {
    var cpuSeconds: Double
    var residentMiB: Double
    /// What is the process's own: not the pages of the program's file, which others share and the kernel may drop.
    var anonymousMiB: Double

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
        func field(_ name: String) throws -> Double {
            let line = status.split(separator: "\n").first { $0.hasPrefix("\(name):") }
            guard let words = line?.split(whereSeparator: \.isWhitespace), words.count > 1,
                let kibibytes = Double(words[1])
            else { throw TestFailure("/proc/\(process.pid)/status has no \(name)") }
            return kibibytes / 1024
        }
        residentMiB = try field("VmRSS")
        anonymousMiB = try field("RssAnon")
    }
}
