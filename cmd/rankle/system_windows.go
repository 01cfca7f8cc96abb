package main

import "golang.org/x/sys/windows"

// freeBytes is what this user can still write to the volume of a directory.
func freeBytes(dir string) (uint64, error) {
	path, err := windows.UTF16PtrFromString(dir)
	if err != nil {
		return 0, err
	}
	var free uint64
	err = windows.GetDiskFreeSpaceEx(path, &free, nil, nil)
	return free, err
}

// fileLimit: the system has no limit that could be met.
func fileLimit() (uint64, bool) { return 0, false }

// memoryLimit is not asked for here.
func memoryLimit() (uint64, bool) { return 0, false }
