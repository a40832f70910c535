using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Cortex.IdentityServer.Identity.Passwords.Hashing;

/// <summary>bcrypt in native code by libxcrypt, the <c>libcrypt</c> of current Linux distributions.</summary>
internal sealed class NativeBcrypt : BcryptEngine
{
    /// <summary>The size of libxcrypt's <c>struct crypt_data</c>, which starts with the output; the rest is working memory.</summary>
    private const int DataLength = 32 * 1024;
    private const int OutputLength = 384;

    private readonly Crypt _crypt;

    /// <summary>
    /// Reusable buffers, one for each concurrent hash so far. They are pinned, so that the garbage collector doesn't move them while in use.
    /// </summary>
    private readonly ConcurrentBag<byte[]> _buffers = [];

    private NativeBcrypt(Crypt crypt) => _crypt = crypt;

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate nint Crypt(byte[] phrase, byte[] setting, byte[] data);

    public override string Name => "libxcrypt";

    /// <summary>Loads the library; returns null if the system doesn't have it.</summary>
    public static NativeBcrypt? TryLoad()
    {
        foreach (var name in new[] { "libcrypt.so.2", "libcrypt.so.1" })
        {
            // The old libcrypt of glibc also has crypt_r, but without bcrypt and with a struct four times as large. It lacks the other function.
            if (OperatingSystem.IsLinux()
                && NativeLibrary.TryLoad(name, out var library)
                && NativeLibrary.TryGetExport(library, "crypt_gensalt_ra", out _)
                && NativeLibrary.TryGetExport(library, "crypt_r", out var crypt))
            {
                return new(Marshal.GetDelegateForFunctionPointer<Crypt>(crypt));
            }
        }

        return null;
    }

    protected override string? Compute(string text, string setting)
    {
        var phrase = new byte[MaxBytes + 1];
        var data = _buffers.TryTake(out var spare) ? spare : GC.AllocateArray<byte>(DataLength, pinned: true);
        try
        {
            Encoding.UTF8.GetBytes(text, phrase);
            if (_crypt(phrase, Encoding.ASCII.GetBytes(setting + '\0'), data) == 0)
            {
                return null;
            }

            // On failure, the output is "*0" or "*1", which isn't a hash.
            var output = data.AsSpan(0, OutputLength);
            return Encoding.ASCII.GetString(output[..output.IndexOf((byte)0)]);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(phrase);
            CryptographicOperations.ZeroMemory(data);
            _buffers.Add(data);
        }
    }
}
