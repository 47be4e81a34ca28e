// Octets of libFuzzer's making for everything that reads octets of the network; Tests/Fuzz/run builds and runs it. The
// arguments are libFuzzer's own.

@_silgen_name("LLVMFuzzerRunDriver")
func runFuzzer(
    _ count: UnsafeMutablePointer<Int32>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ body: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
) -> Int32

var count = CommandLine.argc
var arguments = unsafe CommandLine.unsafeArgv
let status = unsafe runFuzzer(&count, &arguments) { data, size in
    let octets = unsafe UnsafeBufferPointer(start: data, count: size)
    guard let choice = unsafe octets.first else { return 0 }
    FuzzTarget(choice).feed(unsafe Array(octets.dropFirst()))
    return 0
}
guard status == 0 else { fatalError("libFuzzer ended with \(status)") }
