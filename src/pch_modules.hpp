// What every file of the modules needs besides: what they stand on (trust/module.hpp).
#pragma once
#include "pch.hpp"

#include "base/log.hpp"
#include "base/text.hpp"
#include "trust/module.hpp"
