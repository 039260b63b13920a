namespace ActiveInas.Data.Images;

/// <summary>The decoder of image files: libgd, a system library. Data sets in binary form and the generated one need none.</summary>
public static class ImageDecoder
{
    private static readonly Lazy<LibGd?> s_library = new(LibGd.TryLoad);

    /// <summary>Whether image files can be read on this machine.</summary>
    public static bool IsAvailable => s_library.Value is not null;

    /// <summary>The decoder.</summary>
    /// <exception cref="DataException">The library is missing.</exception>
    internal static IImageDecoder Open() => s_library.Value is { } library
        ? new GdImageDecoder(library)
        : throw new DataException(
            $"Image files are decoded by libgd ({LibGd.FileName}), which is not installed. "
            + "Install it: apt-get install libgd3 (Debian, Ubuntu), "
            + "dnf install gd (Fedora), brew install gd (macOS). "
            + "The data sets shapes, cifar10, cifar100, svhn, mnist and fashion-mnist work without it.");
}
