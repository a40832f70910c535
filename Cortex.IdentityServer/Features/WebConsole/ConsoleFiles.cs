using System.Text;
using Cortex.IdentityServer.Foundation.Http;

namespace Cortex.IdentityServer.Features.WebConsole;

/// <summary>The console's files, which are read once at startup. No request reads the disk.</summary>
internal sealed class ConsoleFiles(ConsoleOptions options, ConsoleFolder folder)
{
    /// <summary>The prefix of files whose names contain a hash of their content, so that browsers may keep them forever.</summary>
    public const string AssetPrefix = "assets/";

    private const string BrotliSuffix = ".br";
    private const string GzipSuffix = ".gz";

    /// <summary>A hundred times what the console needs: whatever else somebody has put into the folder must not fill the memory.</summary>
    private const long MaxBytes = 64 * 1024 * 1024;

    private Task<Content> _content = Task.FromException<Content>(new InvalidOperationException("The console's files weren't read."));

    public ConsoleStatus Status { get; } = !options.IsOn ? ConsoleStatus.Off : folder.HasConsole ? ConsoleStatus.On : ConsoleStatus.Missing;

    /// <summary>The names of the files at the root, such as a manifest. Each of them gets a route of its own.</summary>
    public IEnumerable<string> RootNames => Directory.EnumerateFiles(folder.Path)
        .Select(path => Path.GetFileName(path))
        .Where(name => name != ConsoleFolder.Index && !IsEncoded(name) && !name.StartsWith('.'));

    /// <summary>Begins to read the files on another thread, so that the server starts as quickly as without them. Early requests wait for it.</summary>
    public void StartReading() => _content = Task.Run(Read);

    /// <summary>Waits until everything is read.</summary>
    public Task CompletionAsync() => _content;

    /// <summary>Returns the HTML page, which is the same for all addresses of the console.</summary>
    public async ValueTask<byte[]> PageAsync() => (await _content).Page;

    /// <summary>Returns a file, or null if there is none of this name.</summary>
    /// <param name="name">The path below the console's folder, with forward slashes. Case counts.</param>
    public async ValueTask<ConsoleFile?> FindAsync(string name) => (await _content).Files.GetValueOrDefault(name);

    private Content Read()
    {
        var paths = Directory.GetFiles(folder.Path, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.Hidden });
        if (paths.Sum(path => new FileInfo(path).Length) > MaxBytes)
        {
            throw new InvalidDataException($"The folder {folder.Path} has more than {MaxBytes / (1024 * 1024)} MiB.");
        }

        var known = paths.ToHashSet(StringComparer.Ordinal);
        var files = new Dictionary<string, ConsoleFile>(StringComparer.Ordinal);
        foreach (var path in paths.Where(path => !IsEncoded(path)))
        {
            var name = Path.GetRelativePath(folder.Path, path).Replace('\\', '/');
            files[name] = ConsoleFile.Of(name, ReadFile(path, known));
        }

        var html = Encoding.UTF8.GetString(files[ConsoleFolder.Index].Content.ToPlain());
        files.Remove(ConsoleFolder.Index);
        var logo = options.Logo is { } image ? Add(files, "brand-logo", image.Extension, image.Content) : null;
        var styleSheet = options.Accent is { } accent ? Add(files, "brand", ".css", Encoding.UTF8.GetBytes(accent.StyleSheet)) : null;
        return new(ConsolePage.Of(html, options.Title, logo, styleSheet), files);
    }

    private static CompressedFile ReadFile(string path, HashSet<string> known) =>
        !known.Contains(path + GzipSuffix) ? CompressedFile.OfUncompressed(File.ReadAllBytes(path))
        : CompressedFile.OfCompressed(
            File.ReadAllBytes(path + GzipSuffix), known.Contains(path + BrotliSuffix) ? File.ReadAllBytes(path + BrotliSuffix) : null);

    /// <summary>Adds a file of the operator's, and returns its address.</summary>
    private static string Add(Dictionary<string, ConsoleFile> files, string name, string extension, byte[] content)
    {
        var file = CompressedFile.OfUncompressed(content);
        var path = $"{AssetPrefix}{name}-{file.Hash[..16]}{extension}";
        files[path] = ConsoleFile.Of(path, file);
        return "/" + path;
    }

    private static bool IsEncoded(string name) => name.EndsWith(BrotliSuffix, StringComparison.Ordinal) || name.EndsWith(GzipSuffix, StringComparison.Ordinal);

    private sealed record Content(byte[] Page, IReadOnlyDictionary<string, ConsoleFile> Files);
}
