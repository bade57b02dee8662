@main struct Reverie { static func main() {} }
