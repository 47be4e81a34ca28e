import FoundationEssentials
import Glibc

// MARK: - Figures of the process, from /proc

extension PrometheusRegistry {
    /// Adds memory, CPU time, descriptors and start time of this process, under the names that Prometheus' own clients
    /// use. A figure that cannot be read is left out.
    package func collectProcess() {
        collect { sink in
            if let process = ProcessFigures() {
                sink.set(MetricNames.residentMemory, process.residentMemory)
                sink.set(MetricNames.virtualMemory, process.virtualMemory)
                sink.set(MetricNames.processorTime, process.processorTime)
                if let startTime = process.startTime { sink.set(MetricNames.startTime, startTime) }
            }
            if let count = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count {
                // Reading the directory opens it, and it counts itself.
                sink.set(MetricNames.openFiles, Double(count - 1))
            }
            sink.set(MetricNames.droppedLogLines, Double(LogSetup.droppedLines))
            if let maximum = ProcessFigures.maximumFiles { sink.set(MetricNames.maximumFiles, maximum) }
        }
    }
}

/// What `/proc/self/stat` says (proc(5)).
private struct ProcessFigures {
    /// Octets.
    let residentMemory: Double
    /// Octets.
    let virtualMemory: Double
    /// Seconds.
    let processorTime: Double
    /// Seconds since the Unix epoch.
    let startTime: Double?

    init?() {
        // The second field is the program's name in brackets and may hold blanks and brackets itself.
        guard let text = ProcessFigures.read("/proc/self/stat"), let bracket = text.lastIndex(of: ")") else {
            return nil
        }
        let fields = text[text.index(after: bracket)...].split(separator: " ").map { Double($0) }
        // Field n of proc(5) is fields[n - 3].
        let ticksPerSecond = Double(sysconf(Int32(_SC_CLK_TCK)))
        guard fields.count > 21, let user = fields[11], let system = fields[12], let start = fields[19],
            let virtual = fields[20], let pages = fields[21], ticksPerSecond > 0
        else { return nil }
        processorTime = (user + system) / ticksPerSecond
        virtualMemory = virtual
        residentMemory = pages * Double(sysconf(Int32(_SC_PAGESIZE)))
        startTime = ProcessFigures.bootTime.map { $0 + start / ticksPerSecond }
    }

    /// The soft limit; `nil` if there is none.
    static var maximumFiles: Double? {
        read("/proc/self/limits")?.split(separator: "\n").first { $0.hasPrefix("Max open files") }
            .flatMap { Double($0.split(separator: " ")[3]) }
    }

    /// Seconds since the Unix epoch.
    private static var bootTime: Double? {
        read("/proc/stat")?.split(separator: "\n").first { $0.hasPrefix("btime ") }.flatMap { Double($0.dropFirst(6)) }
    }

    private static func read(_ path: String) -> String? {
        (try? Data(contentsOf: URL(fileURLWithPath: path))).map { String(decoding: $0, as: UTF8.self) }
    }
}
